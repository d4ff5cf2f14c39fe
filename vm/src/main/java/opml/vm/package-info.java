/// The RV64IM fraud-proof machine.
package opml.vm;
