/// How kernels see tensors: records that a kernel takes in place of single numbers. In the machine no record exists,
/// each component is an argument of its own: all segments first, then all other components, in the order of the
/// parameters.
package opml.kernels.layout;
