/**
 * The plugs between the pipeline and the model APIs. Start at {@link
 * io.penstock.provider.ModelProvider}, or for batches at {@link
 * io.penstock.provider.BatchProvider}; a provider's wire format is a {@link
 * io.penstock.provider.ProviderDialect}, one leaf package each. Nothing here sends anything: that
 * is {@code provider.http}.
 */
@NullMarked
package io.penstock.provider;

import org.jspecify.annotations.NullMarked;
