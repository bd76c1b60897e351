//! The page that tells the API: made from the `OpenAPI` document, because our policy lets no foreign script show it.

use axum::response::{Html, IntoResponse, Response};
use maud::{Markup, html};
use serde_json::Value;

use crate::access::Visitor;
use crate::page::layout::{Tab, frame};

/// The page for a visitor.
pub(super) fn show(visitor: &Visitor, body: &Markup) -> Response {
    Html(frame(visitor, "API", Tab::None, body).into_string()).into_response()
}

/// What the page says, which is the same for everybody.
pub(super) fn body(document: &Value) -> Markup {
    let tags = document["tags"].as_array().map_or(&[][..], Vec::as_slice);
    html! {
        @for paragraph in text(&document["info"]["description"]).split("\n\n") { p { (words(&paragraph.into())) } }
        p { "The same as a document for programs: " a href="/api/v1/openapi.json" { "OpenAPI 3.1" } "." }
        @for tag in tags {
            h2 { (text(&tag["description"])) }
            @for (path, method, operation) in operations(document) {
                @if operation["tags"][0] == tag["name"] { (told(path, method, operation)) }
            }
        }
        h2 { "Objects" }
        @for (name, schema) in fields(&document["components"]["schemas"]) {
            section.panel.operation id={ "object-" (name) } {
                h3 { (name) }
                p { (words(&schema["description"])) }
                (properties(schema))
            }
        }
    }
}

/// A text in which words between backticks are code.
fn words(value: &Value) -> Markup {
    html! {
        @for (at, part) in text(value).split('`').enumerate() {
            @if at % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("")
}

fn fields(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// Every operation with its path and method.
fn operations(document: &Value) -> impl Iterator<Item = (&String, &String, &Value)> {
    let of = |(path, methods)| fields(methods).map(move |(method, operation)| (path, method, operation));
    fields(&document["paths"]).flat_map(of)
}

fn told(path: &str, method: &str, operation: &Value) -> Markup {
    let parameters = operation["parameters"].as_array().map_or(&[][..], Vec::as_slice);
    let body = &operation["requestBody"]["content"]["application/json"]["schema"];
    html! {
        section.panel.operation {
            h3 { code { (method.to_uppercase()) " " (path) } }
            p { strong { (words(&operation["summary"])) } }
            p { (words(&operation["description"])) }
            @if !parameters.is_empty() {
                table.cards {
                    thead { tr { th scope="col" { "Parameter" } th scope="col" { "Type" } th scope="col" { "Meaning" } } }
                    tbody {
                        @for parameter in parameters {
                            tr {
                                td data-label="Parameter" {
                                    code { (text(&parameter["name"])) }
                                    @if parameter["required"] == true { " (required)" }
                                }
                                td data-label="Type" { (kind(&parameter["schema"])) }
                                td data-label="Meaning" { (words(&parameter["description"])) }
                            }
                        }
                    }
                }
            }
            @if !body.is_null() { p { "Body: " (kind(body)) } }
            ul {
                @for (status, response) in fields(&operation["responses"]) {
                    li {
                        code { (status) } " " (words(&response["description"]))
                        @for (content, value) in fields(&response["content"]) {
                            " – " code { (content) } " " (kind(&value["schema"]))
                        }
                    }
                }
            }
        }
    }
}

fn properties(schema: &Value) -> Markup {
    // Objects that take over the fields of others are written as a list of parts.
    let parts = schema["allOf"].as_array().map_or(std::slice::from_ref(schema), Vec::as_slice);
    html! {
        @for part in parts {
            @if let Some(whole) = part["$ref"].as_str() { p { "All of " (link(whole)) ", and:" } }
            @if part["properties"].is_object() {
                dl {
                    @for (name, property) in fields(&part["properties"]) {
                        dt { code { (name) } }
                        dd { (kind(property)) " " (words(&property["description"])) }
                    }
                }
            }
        }
    }
}

/// The type that a schema says, in a word or a link.
fn kind(schema: &Value) -> Markup {
    if let Some(reference) = schema["$ref"].as_str() {
        return link(reference);
    }
    let several = ["oneOf", "anyOf"].iter().find_map(|word| schema[*word].as_array());
    html! {
        @if let Some(several) = several {
            @for (at, each) in several.iter().enumerate() { @if at > 0 { " or " } (kind(each)) }
        } @else if schema["type"] == "array" {
            "list of " (kind(&schema["items"]))
        } @else if let Some(types) = schema["type"].as_array() {
            @for (at, each) in types.iter().enumerate() { @if at > 0 { " or " } (text(each)) }
        } @else if schema["type"].is_string() {
            (text(&schema["type"]))
        } @else {
            "any"
        }
    }
}

fn link(reference: &str) -> Markup {
    let name = reference.rsplit('/').next().unwrap_or(reference);
    html! { a href={ "#object-" (name) } { (name) } }
}
