/// `opml run` and `opml chat`: texts that a language model goes on with, without any chain.
package opml.cli.command.text;
