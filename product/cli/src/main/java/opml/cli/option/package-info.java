/// What several commands are told in the same way: which key, which deployment on which chain, which model, which
/// input.
package opml.cli.option;
