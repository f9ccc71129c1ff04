//! Every link of the built book leads to a file and an element of that file, and no page is heavy.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::book;

fn pages(folder: &Path, found: &mut BTreeMap<PathBuf, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            pages(&path, found);
        } else if path.extension().is_some_and(|is| is == "html") {
            let text = fs::read_to_string(&path).unwrap();
            found.insert(path, text);
        }
    }
}

/// The values of an attribute.
fn attributes<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    let start = format!(" {name}=\"");
    let values = page.split(&start).skip(1);
    values.filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn every_link_of_the_book_leads_to_a_page_and_to_an_element_of_it() {
    let Some(book) = book() else { return };
    let mut all = BTreeMap::new();
    pages(book, &mut all);
    let ids: BTreeMap<_, BTreeSet<_>> = all
        .iter()
        .map(|(path, page)| (path.clone(), attributes(page, "id").into_iter().collect()))
        .collect();
    let mut dead = Vec::new();
    for (path, page) in &all {
        let targets = [attributes(page, "href"), attributes(page, "src")].concat();
        // mdBook's page for a missing page has links from the root of a server.
        for target in targets.iter().filter(|_| !path.ends_with("404.html")) {
            if target.contains("://") || target.starts_with("data:") {
                continue;
            }
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let file = if file.is_empty() {
                path.clone()
            } else {
                path.parent().unwrap().join(file)
            };
            let is_there = fs::canonicalize(&file).is_ok_and(|file| match ids.get(&file) {
                Some(ids) => anchor.is_empty() || ids.contains(anchor),
                None => true,
            });
            if !is_there {
                dead.push(format!(
                    "{}: {target}",
                    path.strip_prefix(book).unwrap().display()
                ));
            }
        }
    }
    assert!(all.len() > 30);
    assert!(dead.is_empty(), "{}", dead.join("\n"));
}

#[test]
fn a_page_loads_at_most_400_kb_without_the_search() {
    let Some(book) = book() else { return };
    let mut all = BTreeMap::new();
    pages(book, &mut all);
    let mut heaviest = (0, PathBuf::new());
    for (path, page) in &all {
        // All the chapters in one page, to be printed.
        if path.ends_with("print.html") || path.ends_with("404.html") {
            continue;
        }
        let files = [attributes(page, "href"), attributes(page, "src")].concat();
        let is_loaded = |file: &&&str| {
            [".css", ".js", ".png", ".svg"]
                .iter()
                .any(|end| file.ends_with(end))
        };
        let is_search = |file: &str| {
            ["elasticlunr", "mark.min", "searcher"]
                .iter()
                .any(|name| file.contains(name))
        };
        let files = files
            .iter()
            .filter(is_loaded)
            .filter(|file| !is_search(file));
        let sizes = files.map(|file| {
            fs::metadata(path.parent().unwrap().join(file)).map_or(0, |file| file.len())
        });
        let weight = sizes.sum::<u64>() + page.len() as u64;
        heaviest = heaviest.max((weight, path.clone()));
    }
    println!(
        "the heaviest page: {} KB, {}",
        heaviest.0 / 1000,
        heaviest.1.display()
    );
    assert!(heaviest.0 <= 400_000, "{heaviest:?}");
}

#[test]
fn a_link_to_a_test_opens_its_source_at_the_line() {
    let Some(book) = book() else { return };
    let page = fs::read_to_string(book.join("step5-cancellation/index.html")).unwrap();
    let test = "a_careful_worker_is_dropped_at_the_failure_and_its_resource_closes";
    let (before, _) = page.split_once(&format!("title=\"{test}\"")).unwrap();
    let target = attributes(before, "href").pop().unwrap();
    let (file, line) = target.split_once("#L").unwrap();
    let source = fs::read_to_string(book.join("step5-cancellation").join(file)).unwrap();
    let (_, code) = source.split_once("<code").unwrap();
    let line: usize = line.parse().unwrap();
    let declaration = code.lines().nth(line - 1).unwrap();
    assert_eq!(declaration, format!("async fn {test}() {{"));
}
