/// The list of kernels that models may name. A [opml.kernels.catalog.Kernel] is a kernel's name, its Java method, the
/// meaning of its parameters and an upper bound of its cost; [opml.kernels.catalog.KernelCatalog] has them all; and
/// [opml.kernels.catalog.PinnedPrograms] says which compiled program the contract knows each by.
package opml.kernels.catalog;
