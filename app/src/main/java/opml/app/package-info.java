/// The command line: [opml.app.Main] is what the launcher `./opml` starts, [opml.app.cli] holds the commands and
/// [opml.app.view] what they draw.
package opml.app;
