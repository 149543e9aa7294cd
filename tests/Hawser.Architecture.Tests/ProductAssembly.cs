using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Hawser.Testing;

namespace Hawser.Architecture.Tests;

/// <summary>A built assembly of the product, read from its metadata and never loaded.</summary>
internal sealed class ProductAssembly
{
    private ProductAssembly(string name, IReadOnlyList<string> references, IReadOnlyList<string> nativeImports, IReadOnlyList<string> asyncVoid, bool isUnsafe)
    {
        Name = name;
        References = references;
        NativeImports = nativeImports;
        AsyncVoidMethods = asyncVoid;
        IsUnsafe = isUnsafe;
    }

    /// <summary>The project's name.</summary>
    public string Name { get; }

    /// <summary>Names of the assemblies that the code really uses.</summary>
    public IReadOnlyList<string> References { get; }

    /// <summary>Methods that call into native code.</summary>
    public IReadOnlyList<string> NativeImports { get; }

    /// <summary>Methods that are <c>async void</c>.</summary>
    public IReadOnlyList<string> AsyncVoidMethods { get; }

    /// <summary>Whether it was compiled with AllowUnsafeBlocks.</summary>
    public bool IsUnsafe { get; }

    /// <summary>Every project below <c>src/</c>.</summary>
    public static IReadOnlyList<ProductAssembly> All { get; } =
    [
        .. Directory.EnumerateFiles(Repository.Path("src"), "*.csproj", SearchOption.AllDirectories)
            .Select(project => Path.GetFileNameWithoutExtension(project))
            .Order(StringComparer.Ordinal)
            .Select(ReadProject),
    ];

    /// <summary>Reads the metadata of an assembly file.</summary>
    public static ProductAssembly Read(string name, string file)
    {
        using var image = new PEReader(File.OpenRead(file));
        var metadata = image.GetMetadataReader();
        var methods = metadata.MethodDefinitions.Select(metadata.GetMethodDefinition).ToList();
        return new(
            name,
            [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))],
            [.. methods.Where(method => (method.Attributes & MethodAttributes.PinvokeImpl) != 0).Select(method => NameOf(metadata, method))],
            [.. methods.Where(method => IsAsyncVoid(metadata, method)).Select(method => NameOf(metadata, method))],
            HasAttribute(metadata, metadata.GetModuleDefinition().GetCustomAttributes(), "UnverifiableCodeAttribute"));
    }

    // The executable's assembly is called like its command.
    private static ProductAssembly ReadProject(string name) =>
        Read(name, Path.Combine(AppContext.BaseDirectory, (name == "Hawser" ? "hawser" : name) + ".dll"));

    private static bool IsAsyncVoid(MetadataReader metadata, MethodDefinition method)
    {
        if (!HasAttribute(metadata, method.GetCustomAttributes(), "AsyncStateMachineAttribute"))
            return false;
        var signature = metadata.GetBlobReader(method.Signature);
        if (signature.ReadSignatureHeader().IsGeneric)
            signature.ReadCompressedInteger();
        signature.ReadCompressedInteger(); // number of parameters
        return signature.ReadSignatureTypeCode() == SignatureTypeCode.Void;
    }

    private static bool HasAttribute(MetadataReader metadata, CustomAttributeHandleCollection attributes, string name) => attributes
        .Select(handle => metadata.GetCustomAttribute(handle).Constructor)
        .Where(constructor => constructor.Kind == HandleKind.MemberReference)
        .Select(constructor => metadata.GetMemberReference((MemberReferenceHandle)constructor).Parent)
        .Where(type => type.Kind == HandleKind.TypeReference)
        .Any(type => metadata.GetString(metadata.GetTypeReference((TypeReferenceHandle)type).Name) == name);

    private static string NameOf(MetadataReader metadata, MethodDefinition method) =>
        $"{metadata.GetString(metadata.GetTypeDefinition(method.GetDeclaringType()).Name)}.{metadata.GetString(method.Name)}";
}
