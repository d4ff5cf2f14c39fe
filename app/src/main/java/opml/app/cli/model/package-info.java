/// `opml model`: imports, shows, runs and registers models.
package opml.app.cli.model;
