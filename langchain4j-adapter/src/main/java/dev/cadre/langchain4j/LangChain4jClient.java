// SPDX-License-Identifier: Apache-2.0
package dev.cadre.langchain4j;

import dev.cadre.model.CallContext;
import dev.cadre.model.ModelClient;
import dev.cadre.model.ModelReply;
import dev.cadre.model.ModelRequest;
import dev.cadre.thought.LeadingThought;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Calls a model of LangChain4j; two of the same model are equal, because they share its key. */
final class LangChain4jClient implements ModelClient {
    private final LangChain4jModel model;
    private final SchemaPlaces places = new SchemaPlaces();

    private LangChain4jClient(LangChain4jModel model) {
        this.model = model;
    }

    static LangChain4jClient of(ChatModel model) {
        return new LangChain4jClient(new LangChain4jModel.Whole(model));
    }

    static LangChain4jClient of(StreamingChatModel model) {
        return new LangChain4jClient(new LangChain4jModel.Streamed(model));
    }

    @Override
    public ModelReply call(ModelRequest request, CallContext context) throws InterruptedException {
        SchemaPlaces.Place place = places.of(request, model);
        ChatRequest chat = ChatRequests.of(request, model, place);
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted before the call was sent");
        }
        try {
            var answer = LeadingThought.before(request.output(), context.text());
            Answer said = model.chat(chat, context.wantsText() ? heardBy(answer, context) : context);
            ModelReply reply = Replies.of(said, request, chat.modelName(), model.provider());
            answer.finish();
            places.answered(request, place);
            return SchemaPlaces.isLearned(request, model, place) ? reply.noting(List.of(SchemaPlaces.NOTE)) : reply;
        } catch (InterruptedException interrupted) {
            throw interrupted;
        } catch (Exception failure) {
            Interrupts.throwIfIn(failure);
            if (Failures.areOfAFilter(failure) || isBlockedPrompt(failure)) {
                return Replies.filtered(chat.modelName());
            }
            throw places.meaning(Failures.of(failure), request, place);
        }
    }

    private static CallContext heardBy(LeadingThought answer, CallContext context) {
        return new CallContext(context.purpose(), context.timeout(), answer::hear);
    }

    /** Gemini's reply to a prompt that it blocks has no candidate, and LangChain4j asks for the first one. */
    private static boolean isBlockedPrompt(Exception failure) {
        return (failure instanceof NullPointerException || failure instanceof IndexOutOfBoundsException)
                && Stream.of(failure.getStackTrace())
                        .dropWhile(frame -> frame.getClassName().matches("(java|jdk)\\..*"))
                        .limit(1)
                        .anyMatch(frame -> frame.getMethodName().equals("processResponse")
                                && frame.getClassName().startsWith("dev.langchain4j.model.googleai."));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof LangChain4jClient client && client.model.equals(model);
    }

    @Override
    public int hashCode() {
        return model.hashCode();
    }

    /** The key is in the model: its text is nobody's business. */
    @Override
    public String toString() {
        return "LangChain4jClient[" + model.model().getClass().getName() + "]";
    }
}
