//! What is measured, and against what.

use serde_derive::Serialize;

use super::programs::{Program, Sample};

/// Several forms of the same work. The first one is ours, and the others are held against it.
pub struct Measurement {
    pub name: String,
    pub quantity: Quantity,
    /// It takes long, and comes out the same each time.
    pub once: bool,
    pub forms: Vec<Form>,
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    SecondsPerItem,
    PeakKibibytes,
}

pub struct Form {
    pub name: String,
    pub program: Program,
    /// The program's own name for it.
    pub argument: &'static str,
    /// How many tasks, or URLs.
    pub items: u32,
    /// The threads of tokio's pool; zero for the runtime of one thread.
    pub workers: u32,
    /// How many times what this form takes ours should take at most.
    pub aim: Option<f64>,
}

impl Quantity {
    pub fn of(self, sample: &Sample, items: u32) -> Result<f64, String> {
        match self {
            Self::SecondsPerItem => Ok(sample.seconds / f64::from(items)),
            Self::PeakKibibytes => sample
                .peak_kibibytes
                .ok_or_else(|| "this system does not say it".into()),
        }
    }
}

impl Form {
    fn new(name: &str, program: Program, argument: &'static str, items: u32, workers: u32) -> Self {
        Self {
            name: name.to_owned(),
            program,
            argument,
            items,
            workers,
            aim: None,
        }
    }

    fn aim(self, aim: f64) -> Self {
        Self {
            aim: Some(aim),
            ..self
        }
    }
}

pub fn all() -> Vec<Measurement> {
    let on_each_runtime = [0, 2].into_iter().flat_map(|workers| {
        [
            joining(workers),
            stopping(workers, 10_000),
            stopping(workers, 100_000),
            stopping_ten_times_as_many(workers),
            fetching(workers),
        ]
    });
    on_each_runtime.chain([memory(), verdict()]).collect()
}

fn joining(workers: u32) -> Measurement {
    let tokio = |name, form| Form::new(name, Program::TaskGroup, form, 10_000, workers);
    let mut forms = vec![
        tokio("TaskGroup", "task_group"),
        tokio("JoinSet", "join_set").aim(1.0),
        tokio("tokio::spawn", "spawn"),
        tokio("TaskGroup, each value taken", "task_group_handles"),
    ];
    if workers == 0 {
        let asyncio = |name, form| Form::new(name, Program::Asyncio, form, 10_000, 0);
        forms.push(asyncio("asyncio.TaskGroup", "task_group"));
        forms.push(asyncio("asyncio.gather", "gather"));
    }
    time("10,000 tasks with nothing to do", workers, forms)
}

fn stopping(workers: u32, tasks: u32) -> Measurement {
    let tokio = |name, form| Form::new(name, Program::TaskGroup, form, tasks, workers);
    let mut forms = vec![
        tokio("TaskGroup", "stop_task_group"),
        tokio("JoinSet::shutdown", "stop_join_set"),
    ];
    if workers == 0 {
        let asyncio = Form::new(
            "asyncio.TaskGroup",
            Program::Asyncio,
            "stop_task_group",
            tasks,
            0,
        );
        forms.push(asyncio);
    }
    let thousands = tasks / 1000;
    let name = format!("A failure stops {thousands},000 sleepers");
    time(&name, workers, forms)
}

fn stopping_ten_times_as_many(workers: u32) -> Measurement {
    let crowd =
        |name, tasks| Form::new(name, Program::TaskGroup, "stop_task_group", tasks, workers);
    let forms = vec![
        crowd("each of 100,000", 100_000),
        crowd("each of 10,000", 10_000).aim(1.0),
    ];
    time("Ten times as many sleepers", workers, forms)
}

fn fetching(workers: u32) -> Measurement {
    let fetch = |name, form| Form::new(name, Program::Fetch, form, 10_000, workers);
    let mut forms = vec![
        fetch("the engine", "engine"),
        fetch("buffer_unordered", "buffer_unordered").aim(1.0),
        fetch("a task for each URL", "task_per_url"),
    ];
    if workers == 0 {
        let python = |name| Form::new(name, Program::PythonFetch, name, 1_000, 0);
        forms.extend([python("httpx"), python("aiohttp")]);
    }
    time("Each of many URLs, 64 at a time", workers, forms)
}

fn memory() -> Measurement {
    let fetch = |name: &str, form, urls| Form::new(name, Program::Fetch, form, urls, 0);
    let (ours, tasks) = ("the engine", "a task for each URL");
    Measurement {
        name: "Peak memory of 1,000,000 URLs".to_owned(),
        quantity: Quantity::PeakKibibytes,
        once: true,
        forms: vec![
            fetch(ours, "engine", 1_000_000),
            fetch("the engine, 200,000 URLs", "engine", 200_000).aim(1.2),
            fetch("the engine, 20,000 URLs", "engine", 20_000).aim(1.2),
            fetch(tasks, "task_per_url", 1_000_000),
            fetch("a task for each of 200,000", "task_per_url", 200_000),
            fetch("a task for each of 20,000", "task_per_url", 20_000),
        ],
    }
}

fn verdict() -> Measurement {
    Measurement {
        name: "What a learner waits for, in lesson 3".to_owned(),
        quantity: Quantity::SecondsPerItem,
        once: true,
        forms: vec![Form::new(
            "from a save to the verdict",
            Program::Watch,
            "",
            1,
            0,
        )],
    }
}

fn time(name: &str, workers: u32, forms: Vec<Form>) -> Measurement {
    let threads = if workers == 0 {
        "one thread"
    } else {
        "two threads"
    };
    Measurement {
        name: format!("{name}, {threads}"),
        quantity: Quantity::SecondsPerItem,
        once: false,
        forms,
    }
}
