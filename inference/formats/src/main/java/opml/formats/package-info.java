/// Model files, from their bytes to a graph. [opml.formats.ModelLoader] opens one and commits to it; each format has a
/// package of its own below.
package opml.formats;
