// SPDX-License-Identifier: Apache-2.0
package dev.cadre.worker;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** New threads, which remember the names of those that were left behind. */
final class LeavingThreads implements CodeThreads {
    final List<String> left = new CopyOnWriteArrayList<>();

    @Override
    public Call start(String name, Object code, Runnable body) {
        Call call = NEW.start(name, code, body);
        return new Call() {
            @Override
            public void interrupt() {
                call.interrupt();
            }

            @Override
            public boolean join(Duration time) throws InterruptedException {
                return call.join(time);
            }

            @Override
            public boolean hasEnded() {
                return call.hasEnded();
            }

            @Override
            public void leave() {
                left.add(name);
            }
        };
    }
}
