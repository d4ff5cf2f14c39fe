/// Strict encodings: a reader refuses what is short, long or not canonical, so that two different
/// byte strings never mean the same.
package opml.core.codec;
