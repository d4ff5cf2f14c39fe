/// How commands speak.
///
///   - [opml.cli.console.Console]: text for people, or one JSON object a line for programs,
///   - [opml.cli.console.Failure] and [opml.cli.console.Messages]: what went wrong, on one line;
///     [opml.cli.console.Problems]: all that is wrong with an input,
///   - [opml.cli.console.Npy] and [opml.cli.console.JsonTensor]: values in files of other programs,
///   - [opml.cli.console.JournalWriter]: what a running agent does, as it does it,
///   - [opml.cli.console.StopSignal]: ends a long run between two of its steps.
package opml.cli.console;
