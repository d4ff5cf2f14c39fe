/// Images as models take them: [opml.formats.image.GrayImage], read from and written to [opml.formats.image.Pgm] files.
package opml.formats.image;
