/// JSON as model files have it: [opml.formats.json.JsonValue], asked for what must be there, and saying where it is
/// not.
package opml.formats.json;
