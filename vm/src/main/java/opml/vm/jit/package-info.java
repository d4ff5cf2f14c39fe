/// Hot code as JVM bytecode, which HotSpot compiles.
package opml.vm.jit;
