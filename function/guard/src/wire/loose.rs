//! The looseness of CloudTrail's JSON: lists in four shapes, scalars of the wrong type, wrappers with odd names.
//!
//! - A list is `{"items":[…]}`, `{"item":…}`, an array, one bare element, or `{}` for none.
//! - A scalar in a list may be `{"content": X, "tag": n}`.
//! - Numbers and booleans may arrive as strings, and strings (account ids, descriptions) as numbers or booleans.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Unexpected, Visitor};
use serde_json::value::RawValue;

/// A text, whatever scalar it was written as.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Text(pub(super) String);

impl Text {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Scalar;
        impl<'de> Visitor<'de> for Scalar {
            type Value = Text;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }
            fn visit_str<E>(self, text: &str) -> Result<Text, E> {
                Ok(Text(text.to_owned()))
            }
            fn visit_string<E>(self, text: String) -> Result<Text, E> {
                Ok(Text(text))
            }
            fn visit_bool<E>(self, flag: bool) -> Result<Text, E> {
                Ok(Text(flag.to_string()))
            }
            fn visit_i64<E>(self, number: i64) -> Result<Text, E> {
                Ok(Text(number.to_string()))
            }
            fn visit_u64<E>(self, number: u64) -> Result<Text, E> {
                Ok(Text(number.to_string()))
            }
            fn visit_f64<E>(self, number: f64) -> Result<Text, E> {
                Ok(Text(number.to_string()))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Text, A::Error> {
                #[derive(serde::Deserialize)]
                struct Tagged {
                    content: Text,
                }
                Tagged::deserialize(MapAccessDeserializer::new(map)).map(|tagged| tagged.content)
            }
        }
        deserializer.deserialize_any(Scalar)
    }
}

/// A whole number, or a string of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Number(pub(super) i64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Text(text) = Text::deserialize(deserializer)?;
        let number = text.trim().parse().ok();
        number
            .map(Self)
            .ok_or_else(|| serde::de::Error::invalid_value(Unexpected::Str(&text), &"a whole number"))
    }
}

/// A boolean, or a string of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Flag(pub(super) bool);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Text(text) = Text::deserialize(deserializer)?;
        let flag = text.parse().ok();
        flag.map(Self)
            .ok_or_else(|| serde::de::Error::invalid_value(Unexpected::Str(&text), &"true or false"))
    }
}

/// An element of a list of ids: the id itself, or an object that holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named(Option<Text>);

impl Named {
    /// The id, if there is one.
    pub(super) fn as_str(&self) -> Option<&str> {
        self.0.as_ref().map(Text::as_str)
    }
}

impl<'de> Deserialize<'de> for Named {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = <&RawValue>::deserialize(deserializer)?.get();
        let id = if json.starts_with('{') { id_inside(json) } else { serde_json::from_str(json) };
        id.map(Self).map_err(serde::de::Error::custom)
    }
}

/// The id that this object holds: under a key that says so (`groupId`, `SecurityGroupRuleId`), or as a list's scalar.
fn id_inside(json: &str) -> serde_json::Result<Option<Text>> {
    let fields: BTreeMap<Text, &RawValue> = serde_json::from_str(json)?;
    let is_id = |Text(key): &Text| key.ends_with("Id") || key == "content" || key == "value";
    let id = fields.iter().find(|(key, _)| is_id(key)).map(|(_, id)| id.get());
    id.map_or(Ok(None), serde_json::from_str)
}

/// A list in any of its shapes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct List<T>(pub(super) Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?;
        elements(raw.get()).map(Self).map_err(serde::de::Error::custom)
    }
}

/// The elements of the list that `json` is.
fn elements<'de, T: Deserialize<'de>>(json: &'de str) -> serde_json::Result<Vec<T>> {
    if json.starts_with('{') {
        let Wrapped { items, key_count: _ } = serde_json::from_str(json)?;
        return one_or_many(items.map_or(json, RawValue::get));
    }
    one_or_many(json)
}

/// The elements of an array, or the one element that stands for it. Does not look for another wrapper inside, so
/// that nesting in the input is no nesting here.
fn one_or_many<'de, T: Deserialize<'de>>(json: &'de str) -> serde_json::Result<Vec<T>> {
    let is_empty = match json.as_bytes().first() {
        Some(b'[') => return serde_json::from_str(json),
        Some(b'{') => serde_json::from_str::<Wrapped<'_>>(json)?.key_count == 0,
        Some(b'n') | None => true,
        Some(_) => json == r#""""#,
    };
    if is_empty { Ok(Vec::new()) } else { serde_json::from_str(json).map(|only| vec![only]) }
}

/// An object that may be a list's wrapper.
struct Wrapped<'de> {
    items: Option<&'de RawValue>,
    key_count: usize,
}

impl<'de> Deserialize<'de> for Wrapped<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys<'de>(PhantomData<&'de ()>);
        impl<'de> Visitor<'de> for Keys<'de> {
            type Value = Wrapped<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Wrapped<'de>, A::Error> {
                let mut wrapped = Wrapped { items: None, key_count: 0 };
                while let Some(Text(key)) = map.next_key()? {
                    wrapped.key_count = wrapped.key_count.saturating_add(1);
                    if key == "items" || key == "item" {
                        wrapped.items = Some(map.next_value()?);
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(wrapped)
            }
        }
        deserializer.deserialize_map(Keys(PhantomData))
    }
}

/// The parameters inside `json`, which may stand in a wrapper (`{"ModifySecurityGroupRulesRequest": {…}}`): an object
/// with one key that holds an object and is named like a message. No parameters may also be `null` or `""`.
pub(super) fn unwrapped(json: &RawValue) -> &RawValue {
    struct Only<'de>(Option<&'de RawValue>);
    impl<'de> Deserialize<'de> for Only<'de> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct First<'de>(PhantomData<&'de ()>);
            impl<'de> Visitor<'de> for First<'de> {
                type Value = Only<'de>;
                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("parameters")
                }
                fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Only<'de>, A::Error> {
                    let mut only = None;
                    let mut count = 0_usize;
                    while let Some(Text(key)) = map.next_key()? {
                        let value: &RawValue = map.next_value()?;
                        count = count.saturating_add(1);
                        let is_wrapper = count == 1 && is_message(&key) && value.get().starts_with('{');
                        only = is_wrapper.then_some(value);
                    }
                    Ok(Only(only))
                }
            }
            deserializer.deserialize_map(First(PhantomData))
        }
    }
    // Most are not, and need not be read for that.
    if !first_key(json.get()).is_some_and(|key| is_message(key) || key.contains('\\')) {
        return json;
    }
    match serde_json::from_str(json.get()) {
        Ok(Only(Some(inside))) => inside,
        Ok(Only(None)) | Err(_) => json,
    }
}

/// The first key of the object that `json` is, as it is spelled.
fn first_key(json: &str) -> Option<&str> {
    let key = json.strip_prefix('{')?.trim_ascii_start().strip_prefix('"')?;
    key.split_once('"').map(|(key, _)| key)
}

/// Whether a key is named like a message.
fn is_message(key: &str) -> bool {
    let is_capital = key.starts_with(|first: char| first.is_ascii_uppercase());
    is_capital || key.ends_with("Request") || key.ends_with("Response")
}

/// The twelve digits of an account id; one that was coerced to a number has lost its leading zeros.
pub(super) fn account_digits(text: &str) -> String {
    format!("{text:0>12}")
}

/// Whether these parameters are there at all.
pub(super) fn is_present(json: &RawValue) -> bool {
    !matches!(json.get(), "null" | r#""""#)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(json: &str) -> Vec<String> {
        let List(texts) = serde_json::from_str::<List<Text>>(json).unwrap();
        texts.into_iter().map(|Text(text)| text).collect()
    }

    #[test]
    fn a_list_is_read_in_each_of_its_shapes() {
        for json in [
            r#"["a","7"]"#,
            r#"{"items":["a",7]}"#,
            r#"{ "item" : [ {"content":"a","tag":1}, {"tag":2,"content":7} ] }"#,
            r#"[{"content":"a","tag":1},"7"]"#,
        ] {
            assert_eq!(list(json), ["a", "7"], "{json}");
        }
        for json in [r#"{"item":"a"}"#, r#"{"content":"a","tag":1}"#, r#""a""#] {
            assert_eq!(list(json), ["a"], "{json}");
        }
        for json in ["{}", "[]", "null", r#""""#, r#"{"items":{}}"#] {
            assert_eq!(list(json), [""; 0], "{json}");
        }
    }

    #[test]
    fn scalars_of_another_type_are_read() {
        assert_eq!(serde_json::from_str::<Number>(r#""443""#).unwrap(), Number(443));
        assert_eq!(serde_json::from_str::<Text>("-1").unwrap(), Text("-1".to_owned()));
        assert_eq!(serde_json::from_str::<Flag>(r#""true""#).unwrap(), Flag(true));
        assert!(serde_json::from_str::<Number>("1.5").is_err());
        assert!(serde_json::from_str::<Flag>("1").is_err());
    }

    #[test]
    fn an_id_is_found_in_each_of_its_shapes() {
        for json in [
            r#""sg-1""#,
            r#"{"groupName":"web","groupId":"sg-1"}"#,
            r#"{"tag":1,"content":"sg-1"}"#,
            r#"{"value":"sg-1"}"#,
        ] {
            assert_eq!(serde_json::from_str::<Named>(json).unwrap().as_str(), Some("sg-1"), "{json}");
        }
        for json in ["null", "{}", r#"{"groupName":"web"}"#, r#"{"groupId":null}"#] {
            assert_eq!(serde_json::from_str::<Named>(json).unwrap().as_str(), None, "{json}");
        }
    }

    #[test]
    fn only_a_message_is_unwrapped() {
        let unwrap =
            |json: &str| unwrapped(&RawValue::from_string(json.to_owned()).unwrap()).get().to_owned();
        assert_eq!(
            unwrap(r#"{"ModifySecurityGroupRulesRequest":{"GroupId":"sg-1"}}"#),
            r#"{"GroupId":"sg-1"}"#
        );
        assert_eq!(unwrap(r#"{ "Modify\u0052equest" : {"GroupId":"sg-1"} }"#), r#"{"GroupId":"sg-1"}"#);
        assert_eq!(unwrap(r#"{"x\u0052equest":{"GroupId":"sg-1"}}"#), r#"{"GroupId":"sg-1"}"#);
        assert_eq!(unwrap(r#"{"groupId":"sg-1"}"#), r#"{"groupId":"sg-1"}"#);
        assert_eq!(unwrap(r#"{"groupId":{"content":"sg-1"}}"#), r#"{"groupId":{"content":"sg-1"}}"#);
        assert_eq!(unwrap("null"), "null");
    }
}
