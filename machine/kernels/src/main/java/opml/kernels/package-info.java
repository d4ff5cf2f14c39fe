/// Reference kernels and soft-float, in kernel Java.
package opml.kernels;
