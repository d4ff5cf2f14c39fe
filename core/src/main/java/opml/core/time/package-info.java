/// The clock that a process waits by, as a seam: [opml.core.time.Time].
package opml.core.time;
