/// What kernel Java is allowed to call: [opml.kernels.memory.Mem] reads and writes tensors, [opml.kernels.memory.F32]
/// has the float operations that Java lacks as operators. The compiler knows these methods by owner, name and
/// descriptor, so a change here changes every program's code root.
package opml.kernels.memory;
