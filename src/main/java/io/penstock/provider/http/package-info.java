/**
 * The only place that talks HTTP: one OkHttp client per executor JVM that never sends a request
 * twice by itself. Start at {@link io.penstock.provider.http.HttpProviderFactory}.
 */
@NullMarked
package io.penstock.provider.http;

import org.jspecify.annotations.NullMarked;
