/// What all kernels are tried on, in tests and where a twin is chosen.
package opml.kernels.cases;
