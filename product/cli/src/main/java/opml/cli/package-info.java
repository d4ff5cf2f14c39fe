/// The commands of `./opml`.
///
///   - [opml.cli.Cli] runs a command line and turns whatever goes wrong into one line and an exit code,
///   - [opml.cli.OpmlCommand] is the root with the list of commands,
///   - `output` is how commands speak: text for people, `--json` for programs, the journal of a running agent,
///   - `option` holds the options that several commands share: a key, a deployment, a model, an input,
///   - `chain`, `model`, `market` and `machine` hold the commands themselves.
///
/// Exit codes: 0 done; 1 failed, with one line on the standard error; 2 bad arguments; 130 and 143 after SIGINT and
/// SIGTERM.
package opml.cli;
