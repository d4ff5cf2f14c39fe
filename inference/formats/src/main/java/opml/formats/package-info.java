/// Model files, from their bytes to a graph. [opml.formats.ModelLoader] opens one, of whatever format, to run it or to
/// commit to it; each format has a package of its own below.
package opml.formats;
