/// Serving many texts at once: `opml bench api`.
package opml.lab.bench.api;
