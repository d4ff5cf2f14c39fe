/// Pictures of models: [opml.cli.drawing.GraphDrawing] finds what is to be drawn, [opml.cli.drawing.LayeredLayout]
/// where, and [opml.cli.drawing.SvgGraph] writes it.
package opml.cli.drawing;
