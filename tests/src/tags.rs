//! The calls that change tags, and their records.

use aws_sdk_ec2::types::Tag;
use serde_json::{Value, json};

use crate::event::Record;
use crate::world::World;

/// `CreateTags`: gives `resources`, of whatever type, this tag.
pub async fn set(world: &World, resources: &[&str], key: &str, value: &str) -> Record {
    let tag = Tag::builder().key(key).value(value).build();
    let call = world.ec2.create_tags().set_resources(Some(texts(resources))).tags(tag);
    call.send().await.expect("tags are set");
    record("CreateTags", resources, &json!({"key": key, "value": value}))
}

/// `DeleteTags`: takes the tag of this key from `resources`, whatever it says.
pub async fn remove(world: &World, resources: &[&str], key: &str) -> Record {
    let call = world.ec2.delete_tags().set_resources(Some(texts(resources)));
    call.tags(Tag::builder().key(key).build()).send().await.expect("tags are removed");
    record("DeleteTags", resources, &json!({ "key": key }))
}

fn texts(resources: &[&str]) -> Vec<String> {
    resources.iter().map(|id| (*id).to_owned()).collect()
}

fn record(call: &str, resources: &[&str], tag: &Value) -> Record {
    let resources: Vec<_> = resources.iter().map(|id| json!({"resourceId": id})).collect();
    let request = json!({"resourcesSet": {"items": resources}, "tagSet": {"items": [tag]}});
    Record::new(call, &request, &json!({"requestId": "a-request", "_return": true}), None)
}
