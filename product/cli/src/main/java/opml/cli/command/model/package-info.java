/// `opml model`: imports, shows, runs and registers models.
package opml.cli.command.model;
