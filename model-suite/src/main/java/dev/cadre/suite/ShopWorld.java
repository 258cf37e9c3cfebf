// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import static dev.cadre.suite.World.code;
import static dev.cadre.suite.World.found;
import static dev.cadre.suite.WorldGoal.goal;

import dev.cadre.task.SubtaskType;
import dev.cadre.task.Tool;
import dev.cadre.task.ToolException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A shop with three products, in which an order changes the stock. */
final class ShopWorld {
    private static final Map<String, Product> PRODUCTS = Map.of(
            "K-10",
            new Product("kettle, 1 litre", 35),
            "K-20",
            new Product("kettle, 2 litres", 49),
            "T-7",
            new Product("teapot", 12));
    private static final Map<String, Integer> STOCK = Map.of("K-10", 5, "K-20", 2, "T-7", 14);

    private final Map<String, Integer> stock = new ConcurrentHashMap<>(STOCK);
    private final AtomicInteger orders = new AtomicInteger();

    record Query(String query) {}

    record Codes(List<String> codes) {}

    record Code(String code) {}

    record Product(String name, int euros) {}

    record Stock(int pieces) {}

    record Order(String code, int pieces) {}

    record Placed(String orderNumber) {}

    static final World WORLD = World.of("shop", () -> new ShopWorld().types(), "code")
            .with(
                    goal("price", "What does the product K-10 cost?")
                            .uses("product")
                            .mentions("K-10")
                            .atMost(1)
                            .answers("35"),
                    goal("kettles", "What does each of our kettles cost?")
                            .uses("find_products", "product")
                            .mentions("kettle")
                            .fansOut("product")
                            .without("place_order")
                            .depth(2, 2)
                            .answers("35", "49")
                            .answersNot("12"),
                    goal("both", "What do one K-10 and one T-7 cost together?")
                            .times("product", 2)
                            .mentions("K-10")
                            .mentions("T-7")
                            .without("place_order")
                            .answers("47"),
                    goal("stock", "How many pieces of K-10 and how many pieces of T-7 are in stock?")
                            .times("stock_of", 2)
                            .mentions("K-10")
                            .mentions("T-7")
                            .depth(1, 1)
                            .without("place_order")
                            .answers("5", "14"),
                    goal("order", "Order one piece of T-7 and tell me the number of the order.")
                            .uses("place_order")
                            .mentions("T-7")
                            .atMost(2)
                            .answers("A-101"),
                    goal(
                                    "order-then-stock",
                                    "Order 2 pieces of K-10. When that is done, look up how many pieces of K-10 are left.")
                            .uses("place_order", "stock_of")
                            .mentions("K-10")
                            .mentions("2")
                            .orders("place_order", "stock_of")
                            .answers("3"));

    private ShopWorld() {}

    private List<SubtaskType<?, ?>> types() {
        return List.of(
                code(
                        "find_products",
                        Query.class,
                        Codes.class,
                        "The codes of the products whose name has a word.",
                        ShopWorld::find),
                code(
                        "product",
                        Code.class,
                        Product.class,
                        "Name and price of a product.",
                        asked -> found(PRODUCTS.get(asked.code()), "product '%s'".formatted(asked.code()))),
                code(
                        "stock_of",
                        Code.class,
                        Stock.class,
                        "How many pieces of a product are in stock.",
                        asked -> new Stock(found(stock.get(asked.code()), "product '%s'".formatted(asked.code())))),
                SubtaskType.model(
                                "place_order",
                                Order.class,
                                Placed.class,
                                "Order pieces of a product: call the tool 'order' once, then give the number of the order.")
                        .tools(Tool.of(
                                        "order",
                                        "Orders pieces of a product and returns the number of the order.",
                                        Order.class,
                                        (order, context) -> order(order))
                                .writing(Tool.Effect.WRITES)));
    }

    private static Codes find(Query asked) {
        String word = asked.query().replaceFirst("s$", "");
        return new Codes(PRODUCTS.entrySet().stream()
                .filter(product -> Words.of(product.getValue().name()).have(word + "*"))
                .map(Map.Entry::getKey)
                .sorted()
                .toList());
    }

    private String order(Order order) throws ToolException {
        if (stock.getOrDefault(order.code(), 0) < order.pieces()) {
            throw new ToolException("there are not %d pieces of '%s'".formatted(order.pieces(), order.code()));
        }
        stock.merge(order.code(), -order.pieces(), Integer::sum);
        return "order number A-%d".formatted(100 + orders.incrementAndGet());
    }
}
