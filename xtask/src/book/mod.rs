//! `cargo xtask book`: the pages as a website, with mdBook.

mod chapter;
mod timeline;

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::failure::Failure;
use crate::lessons::Workspace;
use crate::{markdown, process, run};

#[derive(clap::Args)]
#[command(after_help = "\
The first page is target/book/index.html. This needs mdBook:
cargo install mdbook --locked")]
pub struct Options {
    /// Open the book in a browser
    #[arg(long)]
    open: bool,
}

const MISSING: &str = "\
mdBook is not installed. Install it with

    cargo install mdbook --locked";

struct Book<'a> {
    workspace: &'a Workspace,
    /// mdBook's list of the chapters.
    summary: String,
    /// The files, from the root, that have a page because a chapter links to them.
    sources: BTreeSet<PathBuf>,
    /// Dead links.
    problems: Vec<String>,
}

pub fn run(options: &Options) -> Result<ExitCode, Failure> {
    let workspace = Workspace::find()?;
    if Command::new("mdbook").arg("--version").output().is_err() {
        return Err(Failure::failed(MISSING));
    }
    let lessons: Vec<_> = workspace.lessons.iter().collect();
    run::build(&workspace, &lessons, &["--examples"])?;
    let folder = workspace.target.join("book-src");
    let _ = fs::remove_dir_all(&folder);
    let mut book = Book {
        workspace: &workspace,
        summary: "# Summary\n".into(),
        sources: BTreeSet::new(),
        problems: Vec::new(),
    };
    book.write_chapters()?;
    if !book.problems.is_empty() {
        return Err(Failure::failed(book.problems.join("\n")));
    }
    book.write(Path::new("SUMMARY.md"), &book.summary)?;
    book.write_sources()?;
    let built = workspace.target.join("book");
    let mut mdbook = Command::new("mdbook");
    mdbook.arg("build").arg(workspace.root.join("xtask/book"));
    mdbook.arg("--dest-dir").arg(&built);
    // In place of `book.src` in book.toml.
    mdbook.env("MDBOOK_BOOK__SRC", &folder);
    process::output(mdbook.args(options.open.then_some("--open")), "")?;
    writeln!(anstream::stdout(), "{}", built.join("index.html").display())?;
    Ok(ExitCode::SUCCESS)
}

impl Book<'_> {
    fn write_chapters(&mut self) -> Result<(), Failure> {
        let root = &self.workspace.root;
        self.add("", &root.join("README.md"), "")?;
        self.add("", &root.join("xtask/book/what-if.md"), "")?;
        self.summary.push_str("\n# Lessons\n");
        for lesson in &self.workspace.lessons {
            let questions = lesson.questions.iter();
            let questions = questions.map(|question| self.question(lesson, question));
            let questions = questions.collect::<Result<Vec<_>, _>>()?.concat();
            let predict = format!("\n## Predict\n\n{questions}");
            self.add("- ", &lesson.folder.join("README.md"), &predict)?;
            self.add_more("  - ", &lesson.folder)?;
        }
        self.summary.push_str("\n# For the teacher\n");
        let mut agenda = Command::new(std::env::current_exe()?);
        let agenda = process::output(agenda.arg("agenda").current_dir(root), "")?;
        let agenda = agenda.replacen("# ", "## ", 1);
        self.add("- ", &root.join("xtask/book/teaching.md"), &agenda)?;
        self.add_more("- ", root)
    }

    /// The pages beside the README.
    fn add_more(&mut self, item: &str, folder: &Path) -> Result<(), Failure> {
        let pages = markdown::pages(folder)?;
        let mut pages = pages.iter().filter(|page| !page.ends_with("README.md"));
        pages.try_for_each(|page| self.add(item, page, ""))
    }

    /// A page as a chapter, with `more` before its part for the teacher.
    fn add(&mut self, item: &str, file: &Path, more: &str) -> Result<(), Failure> {
        let path = file.strip_prefix(&self.workspace.root).unwrap_or(file);
        // These are written as if they stood in the root.
        let path = path.strip_prefix("xtask/book").unwrap_or(path);
        let mut page = fs::read_to_string(file)?;
        let end = page.find("\n## For the teacher").unwrap_or(page.len());
        page.insert_str(end, more);
        let title = page.lines().find_map(|line| line.strip_prefix("# "));
        let (title, chapter) = (title.unwrap_or_default(), chapter::address(path));
        self.summary = format!("{}\n{item}[{title}]({chapter}.md)\n", self.summary);
        let text = self.mend(&page, path)?;
        self.write(Path::new(&format!("{chapter}.md")), &text)
    }

    /// mdBook copies these pages as they are. They are neither in the sidebar nor in the search, and
    /// are not printed with the chapters.
    fn write_sources(&self) -> Result<(), Failure> {
        let template = fs::read_to_string(self.workspace.root.join("xtask/book/source.html"))?;
        for path in &self.sources {
            let text = chapter::text(&self.workspace.root.join(path))?;
            let number = |line| format!("<a id=\"L{line}\" href=\"#L{line}\">{line}</a>\n");
            let numbers: String = (1..=text.lines().count()).map(number).collect();
            let language = path.extension().and_then(OsStr::to_str).unwrap_or("text");
            let page = template
                .replace("{root}", &chapter::to_root(path))
                .replace("{path}", &path.to_string_lossy())
                .replace("{language}", language)
                .replace("{numbers}", &numbers)
                .replace("{text}", &timeline::escape(&text));
            self.write(Path::new(&format!("{}.html", path.display())), &page)?;
        }
        Ok(())
    }

    fn write(&self, path: &Path, text: &str) -> Result<(), Failure> {
        let path = self.workspace.target.join("book-src").join(path);
        fs::create_dir_all(path.parent().unwrap_or(&path))?;
        Ok(fs::write(path, text)?)
    }
}
