/**
 * The graph of a model: types, symbolic shapes, core ops with type rule and
 * reference evaluation, and the text form.
 */
module dev.sinter.ir {
    requires static transitive org.jspecify;

    exports dev.sinter.ir;
    exports dev.sinter.ir.cost;
    exports dev.sinter.ir.op;
}
