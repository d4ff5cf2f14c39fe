/// What must be known of a JVM before vector code may run on it.
package opml.core.simd;
