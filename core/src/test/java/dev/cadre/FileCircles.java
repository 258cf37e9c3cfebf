// SPDX-License-Identifier: Apache-2.0
package dev.cadre;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The strongly connected sets of files of more than one file, by Tarjan's algorithm. */
final class FileCircles {
    private final Map<String, Set<String>> uses;
    private final Map<String, Integer> number = new HashMap<>();
    private final Map<String, Integer> lowest = new HashMap<>();
    private final Deque<String> open = new ArrayDeque<>();
    private final List<Set<String>> circles = new ArrayList<>();

    private FileCircles(Map<String, Set<String>> uses) {
        this.uses = uses;
    }

    static List<Set<String>> of(JavaClasses classes) {
        Map<String, Set<String>> uses = new TreeMap<>();
        for (JavaClass each : classes) {
            for (Dependency dependency : each.getDirectDependenciesFromSelf()) {
                JavaClass target = dependency.getTargetClass().getBaseComponentType();
                if (target.getPackageName().startsWith("dev.cadre")) {
                    uses.computeIfAbsent(file(each), unknown -> new TreeSet<>()).add(file(target));
                }
            }
        }
        var found = new FileCircles(uses);
        uses.keySet().forEach(found::visit);
        return found.circles;
    }

    private static String file(JavaClass each) {
        JavaClass top = each;
        while (top.getEnclosingClass().isPresent()) {
            top = top.getEnclosingClass().get();
        }
        return top.getName();
    }

    private void visit(String file) {
        if (number.containsKey(file)) {
            return;
        }
        number.put(file, number.size());
        lowest.put(file, number.get(file));
        open.push(file);
        for (String used : uses.getOrDefault(file, Set.of())) {
            visit(used);
            if (open.contains(used)) {
                lowest.merge(file, lowest.get(used), Math::min);
            }
        }
        if (lowest.get(file).equals(number.get(file))) {
            var circle = new TreeSet<String>();
            do {
                circle.add(open.peek());
            } while (!open.pop().equals(file));
            if (circle.size() > 1) {
                circles.add(circle);
            }
        }
    }
}
