namespace OnlineSafety.Monitoring.Normalization.Shapes;

/// <summary>A step of the paths a mapping names, as a tree: one walk over a record finds all of them.</summary>
/// <param name="children">Key to the number of its step.</param>
/// <param name="steps">The steps below.</param>
/// <param name="elements">Steps of single elements, where a path names an element by its number; else empty.</param>
/// <param name="slot">The slot of a path that ends here, or -1.</param>
internal sealed class JsonStep(KeyIndex children, JsonStep[] steps, (int Element, JsonStep Step)[] elements, int slot)
{
    public int Slot { get; } = slot;

    public JsonStep? Child(ReadOnlySpan<byte> key) => children.Find(key) is var index and >= 0 ? steps[index] : null;

    /// <summary>The step for an element of a list: its own when a path names it by number, else this one, which is the whole list's.</summary>
    public JsonStep Element(int number)
    {
        foreach (var (element, step) in elements)
        {
            if (element == number)
            {
                return step;
            }
        }

        return this;
    }
}

/// <summary>A step towards the records: a key, or one element of a list. Lists on the way are looked through.</summary>
/// <param name="Key">Key in an object; empty for an element of a list.</param>
/// <param name="Element">Number of the element.</param>
internal readonly record struct RecordStep(byte[] Key, int Element);
