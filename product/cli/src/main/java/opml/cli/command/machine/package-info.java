/// `opml vm`: runs and disassembles programs of the machine, for people who want to see it work.
package opml.cli.command.machine;
