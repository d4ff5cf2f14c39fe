/// Soft-float against what is known to be right: this machine's floats ([opml.lab.conformance.floats.RandomRun]) and
/// the lines that Berkeley TestFloat prints ([opml.lab.conformance.floats.TestFloatRun]).
///
/// [opml.lab.conformance.floats.FloatFunction] lists what is compared, under TestFloat's names; each function is
/// computed natively, by [opml.kernels.softfloat.SoftFloat], and on the machine, by a kernel of
/// [opml.lab.conformance.floats.FloatKernels] that our compiler translates.
package opml.lab.conformance.floats;
