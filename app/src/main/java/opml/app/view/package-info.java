/// What a person sees: tables, the interval of a dispute as a bar, amounts and hashes in short.
package opml.app.view;
