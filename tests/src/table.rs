//! The table in which the function remembers what it told, as the template makes it.

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
    TableStatus,
};
use tokio::sync::OnceCell;

/// The table; it is made when it is first asked for.
#[derive(Debug)]
pub struct Memory {
    client: Client,
    name: String,
    made: OnceCell<()>,
}

impl Memory {
    /// A table that will be called `name`.
    #[must_use]
    pub fn new(config: &SdkConfig, name: String) -> Self {
        Self { client: Client::new(config), name, made: OnceCell::new() }
    }

    /// Its name.
    pub async fn table(&self) -> String {
        self.made.get_or_init(|| self.make()).await;
        self.name.clone()
    }

    async fn make(&self) {
        let attribute = AttributeDefinition::builder().attribute_name("id");
        let attribute = attribute.attribute_type(ScalarAttributeType::S).build().expect("it is whole");
        let key = KeySchemaElement::builder().attribute_name("id").key_type(KeyType::Hash).build();
        let call = self.client.create_table().table_name(&self.name).billing_mode(BillingMode::PayPerRequest);
        let call = call.attribute_definitions(attribute).key_schema(key.expect("it is whole"));
        let made = call.send().await.expect("a table is made");
        let status = made.table_description().and_then(|table| table.table_status()).cloned();
        assert_eq!(status, Some(TableStatus::Active), "moto makes a table at once");
    }

    /// How many records there are.
    pub async fn records(&self) -> usize {
        let scan = self.client.scan().table_name(self.table().await).send().await.expect("it is scanned");
        scan.items().len()
    }

    /// Puts something into each record that the function cannot read.
    pub async fn garble(&self) {
        let table = self.table().await;
        let scan = self.client.scan().table_name(&table).send().await.expect("it is scanned");
        for item in scan.items() {
            let call = self.client.put_item().table_name(&table).set_item(Some(item.clone()));
            let garbage = AttributeValue::S("{\"hearsay\":".to_owned());
            call.item("record", garbage).send().await.expect("it is written");
        }
    }
}
