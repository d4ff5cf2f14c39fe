/// How commands speak.
///
///   - [opml.app.cli.output.Console]: text for people, or one JSON object a line for programs,
///   - [opml.app.cli.output.Failure] and [opml.app.cli.output.Messages]: what went wrong, on one line,
///   - [opml.app.cli.output.JournalWriter]: what a running agent does, as it does it,
///   - [opml.app.cli.output.StopSignal]: ends a long run between two of its steps.
package opml.app.cli.output;
