/// The list of kernels that models may name. A [opml.kernels.catalog.Kernel] is a kernel's name and its Java method,
/// from which the arguments follow; [opml.kernels.catalog.KernelCatalog] has them all; and
/// [opml.kernels.catalog.PinnedPrograms] says which compiled program the contract knows each by.
package opml.kernels.catalog;
