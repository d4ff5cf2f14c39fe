/// The store by maps: it says what each method means, plainly, and is what the databases are compared with. A simulator
/// plays on it. It keeps nothing beyond the process.
package opml.store.memory;
