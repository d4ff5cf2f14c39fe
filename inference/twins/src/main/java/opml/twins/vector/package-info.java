/// Twins written with the Vector API.
///
/// A lane is always an output: a column of a product, a pixel of a plane, an element. So each output is summed in the
/// order of the reference, and only their neighbours are computed beside them. What HotSpot makes of this code depends
/// on how it is written, and three rules keep it fast.
///
/// *Vectors only touch native memory, and say so.* The class of a segment decides how it is read. Where a method has
/// seen both a heap and a native one, HotSpot keeps both ways open in it, and a tile runs at a fifth of its speed
/// (measured, whoever used the heap one, since the profile is in the JDK's own methods). So the hot loops first refuse
/// any class but [Lanes#NATIVE], from which HotSpot knows the class without a profile; what is on the heap is copied to
/// the scratch memory before and from it behind ([Rows]).
///
/// *One tile, one method, without a condition on a vector*, and no vector handed to a method or kept in a field: else
/// vectors are boxed, and run a hundred times slower.
///
/// *Offsets are constants times the loop's variable*: then HotSpot tests their range once, before the loop. So the
/// operands of a product are packed first.
package opml.twins.vector;
