/// Conversations as texts: [opml.llm.chat.ChatTemplate] writes them as a model was trained to read them.
package opml.llm.chat;
