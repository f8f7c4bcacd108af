package io.penstock.domain;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * A model's answer to one request.
 *
 * @param text null where the model answered with tool calls only, or nothing
 * @param toolCalls a JSON array as the provider wrote it; null where there are none
 * @param rawFinishReason the provider's own word; null where it sent none
 * @param responseModel the model that answered; null where the provider did not say
 * @param responseId the provider's id; null where it sent none
 * @param tokensEstimated true where the provider reported no usage and the tokens were counted here
 */
public record Completion(
    @Nullable String text,
    @Nullable String toolCalls,
    FinishReason finishReason,
    @Nullable String rawFinishReason,
    @Nullable String responseModel,
    @Nullable String responseId,
    TokenUsage usage,
    boolean tokensEstimated)
    implements Serializable {}
