/// What the virtual machine lacks, in kernel Java of ints and longs only: [opml.kernels.softfloat.SoftFloat] is IEEE
/// 754 binary32 arithmetic on bits, [opml.kernels.softfloat.Bits] counts and rotates bits. The compiler turns Java's
/// float instructions and the methods of `Integer` and `Long` into calls of these.
package opml.kernels.softfloat;
