/// Work on all cores.
package opml.core.parallel;
