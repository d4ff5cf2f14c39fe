/// Language models behind OpenAI's API, for programs that know that API and nothing of us.
///
/// [opml.api.ApiServer] takes requests; [opml.api.ApiBody] says what is wrong with one in OpenAI's words. What a
/// request asks for is a [opml.api.CompletionRequest], which [opml.api.Generation] works on in a thread of
/// [opml.api.Workers], while the request's own thread passes on what is said ([opml.api.Relay]), in the [opml.api.Form]
/// of the interface that was asked: [opml.api.AnswerJson] for texts and conversations, [opml.api.ResponseJson] for
/// responses.
///
/// What is said depends on the request alone, however many others there are: each is worked on in a session of its own,
/// whose bits depend on its tokens only.
@NullMarked
package opml.api;

import org.jspecify.annotations.NullMarked;
