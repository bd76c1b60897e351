//! Findings as text, JSON, SARIF, JUnit, CSV and Markdown.
