/// Soft-float against what is known to be right: this machine's floats ([opml.app.conformance.floats.RandomRun]) and
/// the lines that Berkeley TestFloat prints ([opml.app.conformance.floats.TestFloatRun]).
///
/// [opml.app.conformance.floats.FloatFunction] lists what is compared, under TestFloat's names; each function is
/// computed natively, by [opml.kernels.softfloat.SoftFloat], and on the machine, by a kernel of
/// [opml.app.conformance.floats.FloatKernels] that our compiler translates.
package opml.app.conformance.floats;
