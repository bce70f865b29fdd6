//! A JSON object with its place in the file. A key that holds `null` is as good as absent.

use serde_json::{Map, Value};

use crate::error::Problem;

/// An object, and where it stands.
#[derive(Debug)]
pub(super) struct Object<'a> {
    /// `SecurityGroups[3].IpPermissions[0]`; empty for the file itself.
    pub(super) place: String,
    pub(super) fields: &'a Map<String, Value>,
}

impl<'a> Object<'a> {
    /// The object that the whole file is.
    pub(super) const fn file(fields: &'a Map<String, Value>) -> Self {
        Self { place: String::new(), fields }
    }

    pub(super) fn value(&self, key: &str) -> Option<&'a Value> {
        self.fields.get(key).filter(|value| !value.is_null())
    }

    pub(super) fn text(&self, key: &'static str) -> Result<Option<&'a str>, Problem> {
        self.read(key, "a text", Value::as_str)
    }

    pub(super) fn needed_text(&self, key: &'static str) -> Result<&'a str, Problem> {
        self.text(key)?.ok_or_else(|| self.missing(key))
    }

    pub(super) fn number(&self, key: &'static str) -> Result<Option<i64>, Problem> {
        self.read(key, "a whole number", Value::as_i64)
    }

    pub(super) fn flag(&self, key: &'static str) -> Result<Option<bool>, Problem> {
        self.read(key, "true or false", Value::as_bool)
    }

    /// The object under `key`.
    pub(super) fn object(&self, key: &'static str) -> Result<Option<Self>, Problem> {
        let fields = self.read(key, "an object", Value::as_object)?;
        Ok(fields.map(|fields| Self { place: self.place_of(key), fields }))
    }

    /// The objects of the list under `key`; none where it is absent.
    pub(super) fn objects(&self, key: &'static str) -> Result<Vec<Self>, Problem> {
        let elements = self.list(key)?.unwrap_or_default().iter().enumerate();
        elements
            .map(|(index, element)| {
                let place = format!("{}[{index}]", self.place_of(key));
                match element {
                    Value::Object(fields) => Ok(Self { place, fields }),
                    Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                        Err(Problem::WrongKind { place, expected: "an object" })
                    }
                }
            })
            .collect()
    }

    /// The list under `key`, whatever is in it.
    pub(super) fn list(&self, key: &'static str) -> Result<Option<&'a [Value]>, Problem> {
        self.read(key, "a list", |value| value.as_array().map(Vec::as_slice))
    }

    pub(super) fn missing(&self, key: &'static str) -> Problem {
        Problem::Missing { place: self.place.clone(), key }
    }

    pub(super) fn place_of(&self, key: &str) -> String {
        if self.place.is_empty() { key.to_owned() } else { format!("{}.{key}", self.place) }
    }

    fn read<T>(
        &self,
        key: &'static str,
        expected: &'static str,
        as_expected: impl Fn(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, Problem> {
        let Some(value) = self.value(key) else { return Ok(None) };
        let wrong_kind = || Problem::WrongKind { place: self.place_of(key), expected };
        as_expected(value).map(Some).ok_or_else(wrong_kind)
    }
}
