use serde_json::Value;

/// The exit code and the output of a program that has ended.
#[derive(Debug)]
pub struct Run {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Run {
    /// The objects, sorted by index. Each index from 0 occurs once.
    pub fn objects(&self) -> Vec<Value> {
        let objects = self
            .out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap());
        let mut objects: Vec<Value> = objects.collect();
        objects.sort_by_key(|object| object["index"].as_u64());
        let indexes = objects.iter().map(|object| object["index"].as_u64());
        assert!(indexes.eq((0..).take(objects.len()).map(Some)), "{self:?}");
        objects
    }
}
