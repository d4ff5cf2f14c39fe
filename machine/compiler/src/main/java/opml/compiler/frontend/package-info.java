/// From class files to graphs: [opml.compiler.frontend.ClassSource] finds methods,
/// [opml.compiler.frontend.MethodCode] cuts them into blocks and turns loops around,
/// [opml.compiler.frontend.CallGraph] orders them, and [opml.compiler.frontend.MethodGraphBuilder] interprets their
/// bytecode over nodes, a record as the nodes of its components. Whatever is not kernel Java is refused here, with
/// class, method and line.
package opml.compiler.frontend;
