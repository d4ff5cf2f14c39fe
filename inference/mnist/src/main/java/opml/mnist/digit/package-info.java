/// Images of digits as the demo models take them: read from PGM files, shown in a terminal, and ten of them in the jar.
package opml.mnist.digit;
